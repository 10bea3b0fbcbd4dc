package dev.berth.agent.keep;

import java.io.IOException;
import java.util.List;

/** The images of this node's host. Every call may block. Thread-safe. */
public interface ImageHost {
  /** Digests of those that are here; without those that the host made itself. */
  List<String> digests() throws IOException;

  /** Fetches, checks and mounts it if it is not here. */
  void hold(String digest) throws IOException;

  /** Takes it away; what runs on it is not harmed. */
  void forget(String digest) throws IOException;
}
