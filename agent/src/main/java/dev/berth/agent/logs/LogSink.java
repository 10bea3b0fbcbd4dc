package dev.berth.agent.logs;

import dev.berth.proto.v1.LogChunk;

/** The way to one reader of logs. */
public interface LogSink {

  /** Waits until the reader takes more; false when it has left. */
  boolean send(LogChunk chunk) throws InterruptedException;

  /** False once the reader has left. */
  boolean isOpen();

  /** There is nothing more to come. */
  void complete();
}
