package dev.revoker.resilience;

import dev.revoker.time.Time;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** What Resilience4j measures its waits by: the steady clock, which no one sets back. */
final class SteadyClock extends Clock {
  private final Time time;

  SteadyClock(Time time) {
    this.time = time;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(time.millis());
  }
}
