package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.hostile.HostileRecord;
import dev.revoker.model.Result;
import dev.revoker.model.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The record of a run: every request, every admission by a worker, every call of the API. */
final class RequestLedger {
  /** A key of the API. */
  static final class Key {
    final String account;
    boolean active = true;

    /** It was removed, but logs in until then. */
    long logsInUntilNanos;

    Key(String account) {
      this.account = account;
    }

    boolean logsIn(long nowNanos) {
      return active || nowNanos < logsInUntilNanos;
    }
  }

  /**
   * A request as it was sent.
   *
   * @param spelling of the key, unique to this request: two requests for one key differ in the case
   *     of its digits
   * @param key null if the API never had it
   * @param hostile null if the record is not hostile
   */
  record Made(
      Source source,
      String lane,
      long madeNanos,
      String spelling,
      @Nullable Key key,
      @Nullable String account,
      @Nullable Instant notAfter,
      boolean malformed,
      @Nullable HostileRecord hostile,
      List<Admission> admissions,
      List<JsonNode> results) {
    @Override
    public String toString() {
      return hostile == null ? source.toString() : source + " (" + hostile + ")";
    }
  }

  /** A worker admitted a request. */
  static final class Admission {
    final SimProcess process;
    final Made made;
    final long admittedNanos;

    /** Its removals. */
    final List<Call> calls = new ArrayList<>();

    /** Logins with its key. */
    final List<Call> checks = new ArrayList<>();

    @Nullable Result answered;
    boolean withdrawn;

    /** The partition was revoked or lost before a result of it was committed. */
    boolean gone;

    /** Its result is committed, and the worker knows it. */
    boolean reported;

    Admission(SimProcess process, Made made) {
      this.process = process;
      this.made = made;
      this.admittedNanos = process.world.nanos();
    }

    boolean ended() {
      return answered != null || withdrawn;
    }
  }

  /** A call of the API. */
  static final class Call {
    final SimProcess process;
    final ApiCall call;
    final long startedNanos;

    /** Null for a login of an account, and for a logout. */
    final @Nullable Admission admission;

    /** The account of a login; null for other calls. */
    final @Nullable String account;

    /** A login with the request's key, after the first removal. */
    boolean checksAfter;

    /** Whose session it used; null if that was not valid. */
    @Nullable String by;

    boolean removed;

    /** The breaker was closed after this answer. */
    boolean apiUpAfter;

    long endedNanos = Long.MAX_VALUE;
    @Nullable ApiAnswer answer;

    Call(
        SimProcess process,
        ApiCall call,
        long startedNanos,
        @Nullable Admission admission,
        @Nullable String account) {
      this.process = process;
      this.call = call;
      this.startedNanos = startedNanos;
      this.admission = admission;
      this.account = account;
    }
  }

  private final Map<Source, Made> bySource = new LinkedHashMap<>();
  private final Map<TopicPartition, Map<Long, Made>> byPartition = new HashMap<>();
  private final Map<String, Made> bySpelling = new LinkedHashMap<>();

  void made(Made made) {
    Source source = made.source();
    bySource.put(source, made);
    in(new TopicPartition(source.topic(), source.partition())).put(source.offset(), made);
    if (!made.malformed()) {
      bySpelling.put(made.spelling(), made);
    }
  }

  List<Made> all() {
    return new ArrayList<>(bySource.values());
  }

  int size() {
    return bySource.size();
  }

  /** The requests of a partition, by offset. */
  Map<Long, Made> in(TopicPartition partition) {
    return byPartition.computeIfAbsent(partition, p -> new TreeMap<>());
  }

  boolean spelt(String spelling) {
    return bySpelling.containsKey(spelling);
  }

  @Nullable Made of(Source source) {
    return bySource.get(source);
  }

  @Nullable Made of(String spelling) {
    return bySpelling.get(spelling);
  }
}
