package dev.berth.agent.logs;

import dev.berth.proto.v1.LogsWanted;

/** Serves those who want logs. Never blocks; thread-safe. */
public interface LogReading {
  void open(LogsWanted wanted, LogSink sink);

  void close(long stream);

  /** Ends all streams, as their readers are gone. */
  void closeAll();
}
