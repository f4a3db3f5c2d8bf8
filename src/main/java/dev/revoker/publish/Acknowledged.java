package dev.revoker.publish;

import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The results that were acknowledged last, and what became of them. A broker that leaves out the
 * markers of a commit lets the end of the next transaction decide over its records too, so that an
 * abort takes away what was acknowledged (docs/DESIGN.md, "What is not obvious"). After an abort
 * they are looked for, and those that are gone are owed: sent once more. Used by one thread.
 *
 * <p>A result is in one of four lists: the last that were acknowledged, those that are suspected to
 * be gone, those that were found to be there, and those that are owed.
 */
public final class Acknowledged {
  private static final Logger LOG = LoggerFactory.getLogger(Acknowledged.class);

  /** They outlast the restart of a broker. */
  private static final int TRIES = 10;

  private final ResultsView view;
  private final Recent last = new Recent();
  private final Recent suspects = new Recent();

  /** These are there, seen by a reader: no abort can take them away, but their offsets. */
  private final Recent found = new Recent();

  private final List<Sent> owed = new ArrayList<>();

  /** Their offsets were lost, and the next transaction commits them again. */
  private final Set<Source> reclaimed = new HashSet<>();

  /** Suspects that were sent again with a transaction whose end is not known. */
  private final Set<Source> resent = new HashSet<>();

  /** One result in each partition where such may be that are neither committed nor aborted. */
  private final Map<TopicPartition, Sent> undecided = new LinkedHashMap<>();

  /** How often it was tried to learn of the suspects, in vain. */
  private int tries;

  Acknowledged(ResultsView view) {
    this.view = view;
  }

  /** These were acknowledged, with them all that was owed, and the offsets that were lost. */
  void committed(List<Sent> sent) {
    last.add(sent);
    owed.clear();
    reclaimed.clear();
  }

  /** A transaction that had sent results was aborted, or is going to be. */
  void doubt() {
    if (!last.all().isEmpty()) {
      suspects.gather(last.all());
      last.clear();
      tries = 0;
    }
  }

  /**
   * A transaction's end is not known. What was sent again with it is there or was aborted, as the
   * rest of it.
   */
  void lost(List<Sent> sent) {
    Set<Source> again = sources(owed);
    List<Sent> taken =
        sent.stream().filter(one -> one.isTaken() && again.contains(one.source())).toList();
    Set<Source> takenSources = sources(taken);
    suspects.gather(taken);
    resent.addAll(takenSources);
    owed.removeIf(one -> takenSources.contains(one.source()));
  }

  /**
   * The broker has lost offsets that it had acknowledged. Their results are lost too, or are there,
   * or are still to be decided by the end of a later transaction. Until that is known, {@link
   * #reclaims} says so, and nothing can be published: {@link Publisher#decide} comes first, then
   * {@link #look}.
   *
   * @param isLost whether the broker has the request as not answered
   * @return the lost offsets of those requests whose results are held: they need not be carried out
   *     again, but be committed with the next transaction
   */
  public Set<Long> reclaim(Predicate<Source> isLost) {
    doubt();
    Set<Source> lost =
        Stream.of(suspects.all(), owed, found.all())
            .flatMap(List::stream)
            .map(Sent::source)
            .filter(isLost)
            .collect(Collectors.toSet());
    if (reclaimed.addAll(lost)) {
      tries = 0;
    }
    uncertain().forEach(one -> undecided.putIfAbsent(one.partition(), one));
    return lost.stream().map(Source::offset).collect(Collectors.toSet());
  }

  /** Whether it is not known yet what became of such: see {@link #reclaim}. */
  public boolean reclaims() {
    return !reclaimed.isEmpty() && !uncertain().isEmpty();
  }

  private List<Sent> uncertain() {
    return suspects.all().stream().filter(one -> reclaimed.contains(one.source())).toList();
  }

  /** Whether there are lost offsets that the next transaction has to commit again. */
  public boolean hasReclaimed() {
    return !reclaimed.isEmpty();
  }

  /** Whether results may have to be sent again that are known to have been lost once. */
  public boolean mayOwe() {
    return !resent.isEmpty();
  }

  /** Whether there may be results that are neither committed nor aborted. */
  public boolean isUndecided() {
    return !undecided.isEmpty();
  }

  /** One of those in each partition of the results. */
  Collection<Sent> undecided() {
    return undecided.values();
  }

  /**
   * A transaction with what is {@link #undecided} has ended.
   *
   * @param done whether it reached all of it, and was aborted
   */
  void decided(boolean done) {
    if (done) {
      undecided.clear();
    } else if (++tries >= TRIES) {
      giveUp("no transaction could be aborted");
    }
  }

  /**
   * These requests are carried out again: whatever became of their results, there will be others.
   */
  public void forget(Predicate<Source> carriedOutAgain) {
    reclaimed.removeIf(carriedOutAgain);
    resent.removeIf(carriedOutAgain);
    last.removeIf(one -> carriedOutAgain.test(one.source()));
    found.removeIf(one -> carriedOutAgain.test(one.source()));
    suspects.removeIf(one -> carriedOutAgain.test(one.source()));
    owed.removeIf(one -> carriedOutAgain.test(one.source()));
  }

  /**
   * Forgets those whose offsets were lost and are not committed again: whose partition has gone.
   */
  public void keepReclaimed(Predicate<Source> committedAgain) {
    Set<Source> gone =
        reclaimed.stream().filter(committedAgain.negate()).collect(Collectors.toSet());
    if (!gone.isEmpty()) {
      forget(gone::contains);
    }
  }

  /** Whether results that were acknowledged may be gone: see {@link #look}. */
  public boolean doubted() {
    return !suspects.all().isEmpty();
  }

  /** Whether there is something to publish besides what is answered. */
  public boolean owes() {
    return !owed.isEmpty();
  }

  /** To be sent with the next transaction. */
  List<Sent> owed() {
    return owed;
  }

  /**
   * Looks, after an abort, whether the results that were acknowledged before it are still there;
   * the next transaction sends those again that are not. Blocks for a second or two. Those whose
   * offsets were lost are looked for first, by themselves.
   *
   * @param answered whether the request counts as answered; one that does not is carried out again,
   *     and gets its result by that
   * @return why it can't be told yet, or null
   */
  public @Nullable String look(Predicate<Source> answered) {
    List<Sent> sought = uncertain();
    if (sought.isEmpty()) {
      // One that was sent again, and whose partition has gone since, counts as answered elsewhere.
      suspects.removeIf(one -> !answered.test(one.source()) && !resent.contains(one.source()));
      sought = List.copyOf(suspects.all());
    }
    if (sought.isEmpty()) {
      return null;
    }
    try {
      Map<TopicPartition, Set<Long>> aborted = view.aborted(offsets(sought));
      List<Sent> gone =
          sought.stream()
              .filter(one -> aborted.getOrDefault(one.partition(), Set.of()).contains(one.offset()))
              .toList();
      if (!gone.isEmpty()) {
        LOG.atWarn()
            .addKeyValue("results", gone.size())
            .log("the broker has lost results that it had acknowledged: they are sent again");
      }
      Set<Source> away = sources(gone);
      found.add(sought.stream().filter(one -> !away.contains(one.source())).toList());
      settled(sought, gone);
      return null;
    } catch (KafkaException failed) {
      if (failed instanceof AuthorizationException || ++tries >= TRIES) {
        giveUp(failed.toString());
        return null;
      }
      // The markers of the abort may have got lost as well.
      uncertain().forEach(one -> undecided.putIfAbsent(one.partition(), one));
      return "the last results cannot be looked for: " + failed.getMessage();
    }
  }

  private void settled(List<Sent> sought, List<Sent> gone) {
    Set<Source> those = sources(sought);
    suspects.removeIf(one -> those.contains(one.source()));
    resent.removeAll(those);
    owed.addAll(gone);
    tries = 0;
  }

  private void giveUp(String cause) {
    LOG.atInfo()
        .addKeyValue("results", suspects.all().size())
        .addKeyValue("cause", cause)
        .log("whether the results before an aborted transaction are there could not be seen");
    undecided.clear();
    // A second result is better than none, where it was probably aborted.
    Predicate<Sent> probablyGone =
        one -> reclaimed.contains(one.source()) || resent.contains(one.source());
    List<Sent> all = List.copyOf(suspects.all());
    last.addBefore(all.stream().filter(probablyGone.negate()).toList());
    settled(all, all.stream().filter(probablyGone).toList());
  }

  private static Set<Source> sources(List<Sent> some) {
    return some.stream().map(Sent::source).collect(Collectors.toSet());
  }

  private static Map<TopicPartition, Set<Long>> offsets(List<Sent> some) {
    return some.stream()
        .collect(
            Collectors.groupingBy(
                Sent::partition, Collectors.mapping(Sent::offset, Collectors.toSet())));
  }
}
