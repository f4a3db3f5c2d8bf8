package dev.revoker.engine;

import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.resilience.RequestProcessor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** A dispatcher whose calls are ended by the test. */
final class FakeWork implements RequestProcessor {
  /** An admitted request. */
  record Task(Request.Valid request, RequestProcessor.Caller caller) {
    String id() {
      return request.source().toString();
    }
  }

  /** A share of the group's rate that the loop gave. */
  record Share(double ofGroup, long forMs) {}

  final List<Share> shares = new ArrayList<>();

  int room = Integer.MAX_VALUE;

  /** Every admitted request, in the order of admission. */
  final List<Task> admitted = new ArrayList<>();

  /** Requests that are neither answered nor withdrawn. */
  final List<Task> open = new ArrayList<>();

  /** Requests in flight, which cannot be withdrawn before their call ends. */
  Predicate<Task> called = task -> false;

  /** Each admission takes one of the room, as probes do. */
  boolean probing;

  @Override
  public void rateShare(double ofGroup, long forMs) {
    shares.add(new Share(ofGroup, forMs));
  }

  @Override
  public int intakeRoom() {
    return room;
  }

  @Override
  public void admit(Request.Valid request, RequestProcessor.Caller caller) {
    Task task = new Task(request, caller);
    admitted.add(task);
    open.add(task);
    if (probing) {
      room--;
    }
  }

  @Override
  public void withdraw(Collection<? extends RequestProcessor.Caller> callers) {
    for (Task task : List.copyOf(open)) {
      if (callers.contains(task.caller()) && !called.test(task)) {
        open.remove(task);
        task.caller().withdrawn();
      }
    }
  }

  void answer(Task task) {
    open.remove(task);
    task.caller()
        .answered(
            new Result(
                task.request(),
                Outcome.REVOKED,
                KeyState.INACTIVE,
                204,
                null,
                1,
                0,
                Instant.EPOCH));
  }

  void answer(String id) {
    answer(open.stream().filter(task -> task.id().equals(id)).findFirst().orElseThrow());
  }

  void answerAll() {
    List.copyOf(open).forEach(this::answer);
  }

  List<String> ids() {
    return admitted.stream().map(Task::id).toList();
  }
}
