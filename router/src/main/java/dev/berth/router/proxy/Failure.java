package dev.berth.router.proxy;

/**
 * Why a request was not answered by an instance, or not to its end.
 *
 * <p>The code is stable: it stands in the Berth-Error header, the page, the access log and the
 * metrics, and docs/router.md explains it.
 */
public enum Failure {
  H01(404, "No app has this hostname.", "Check the name, or add it with `berth domains add`."),
  H10(503, "The app has crashed.", "Read `berth logs`; `berth ps` shows the next start."),
  H12(503, "The app did not begin its answer in time.", "Answer sooner, or move work to a worker."),
  H13(503, "The app closed the connection without an answer.", "Read `berth logs` for a crash."),
  H14(503, "The app has no instances running.", "Start some with `berth scale web=1`."),
  H15(503, "The connection was idle for too long.", "Send or receive something more often."),
  H17(502, "The app's answer is not valid HTTP.", "Check the framing headers of the answer."),
  H18(503, "The app broke off its answer.", "Read `berth logs` for a crash."),
  H19(503, "The app did not accept a connection in time.", "Check its load, or scale it up."),
  H20(503, "The app is starting.", "Try again in a few seconds."),
  H21(503, "The app refused the connection.", "Check that it listens on $PORT on every address."),
  H22(503, "The router has too many connections.", "Try again in a few seconds."),
  H26(400, "The request is not valid.", "Correct the request."),
  H27(499, "The client left before the answer was complete.", "Nothing to do."),
  H28(408, "The client was too slow to send the request.", "Send the request without pauses."),
  H98(503, "The router has no routes yet.", "Try again in a few seconds."),
  H99(500, "The router made a mistake.", "Report it with the request id.");

  private final int status;
  private final String reason;
  private final String remedy;

  Failure(int status, String reason, String remedy) {
    this.status = status;
    this.reason = reason;
    this.remedy = remedy;
  }

  /** Did an instance that was asked not answer as it should? */
  boolean isInstances() {
    return switch (this) {
      case H12, H13, H15, H17, H18, H19, H21 -> true;
      case H01, H10, H14, H20, H22, H26, H27, H28, H98, H99 -> false;
    };
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }

  String remedy() {
    return remedy;
  }
}
