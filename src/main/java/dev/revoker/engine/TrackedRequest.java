package dev.revoker.engine;

import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.resilience.RequestProcessor;

/**
 * A request between poll and commit. The loop's thread owns it; only the dispatcher's answer comes
 * from another thread.
 */
final class TrackedRequest implements RequestProcessor.Caller {
  final Partition partition;
  final Request request;
  final int bytes;
  private final CompletionQueue completions;

  /** What the dispatcher has done with a request. */
  sealed interface Completion {
    /** The dispatcher has no result yet. */
    record InFlight() implements Completion {}

    /** The request has a result, which is to be committed. */
    record Answered(Result result) implements Completion {}

    /** The request gets no result from this worker. */
    record Withdrawn() implements Completion {}
  }

  private volatile Completion completion = new Completion.InFlight();

  TrackedRequest(Partition partition, Request request, int bytes, CompletionQueue completions) {
    this.partition = partition;
    this.request = request;
    this.bytes = bytes;
    this.completions = completions;
  }

  @Override
  public void answered(Result answer) {
    completion = new Completion.Answered(answer);
    completions.add(this);
  }

  @Override
  public void withdrawn() {
    completion = new Completion.Withdrawn();
    completions.add(this);
  }

  /** Whether its result never waits for others. Any thread. */
  boolean isPrompt() {
    return partition.lane.prompt;
  }

  long offset() {
    return request.source().offset();
  }

  Completion completion() {
    return completion;
  }

  boolean isAnswered() {
    return completion instanceof Completion.Answered;
  }
}
