package dev.revoker.engine;

import dev.revoker.model.Source;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A result that was given to the producer, and what the broker says of it. */
record Sent(Source source, int bytes, Future<RecordMetadata> outcome) {}
