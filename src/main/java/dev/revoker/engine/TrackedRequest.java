package dev.revoker.engine;

import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.resilience.Dispatcher;
import org.jspecify.annotations.Nullable;

/**
 * A request between poll and commit. The loop's thread owns it; only the dispatcher's answer comes
 * from another thread.
 */
final class TrackedRequest implements Dispatcher.Caller {
  final Partition partition;
  final Request request;
  final int bytes;
  private final CompletionQueue completions;

  /** Null while the request is in flight, and always if it was withdrawn. */
  private volatile @Nullable Result result;

  TrackedRequest(Partition partition, Request request, int bytes, CompletionQueue completions) {
    this.partition = partition;
    this.request = request;
    this.bytes = bytes;
    this.completions = completions;
  }

  @Override
  public void answered(Result answer) {
    result = answer;
    completions.add(this);
  }

  @Override
  public void withdrawn() {
    completions.add(this);
  }

  /** Whether its result never waits for others. Any thread. */
  boolean isPrompt() {
    return partition.lane.prompt;
  }

  long offset() {
    return request.source().offset();
  }

  @Nullable Result result() {
    return result;
  }
}
