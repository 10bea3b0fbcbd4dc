package dev.berth.scheduler.base;

/** What a base image can do wrong; each with the words that the operator reads. */
enum BaseRule {
  NOT_SQUASHFS("the file is not a squashfs image of version 4"),
  CUT_SHORT("the file is shorter than the image in it"),
  HAS_ATTRIBUTES(
      "the image holds extended attributes, of which file capabilities are some; make it with"
          + " mksquashfs -no-xattrs"),
  TOO_MANY_FILES("the image holds more files than allowed"),
  TOO_MANY_BYTES("the files of the image are larger than allowed, unpacked"),
  UNREADABLE("the image cannot be listed"),
  DEVICE("device files are not allowed"),
  PIPE_OR_SOCKET("named pipes and sockets are not allowed"),
  SET_ID("set-user-id and set-group-id programs are not allowed; chmod ug-s in the recipe"),
  MOUNT_POINT_NOT_DIRECTORY(
      "something is mounted here in each instance, so it must be a directory"),
  FURNISHING_NOT_FILE("the platform lays its own file over this, so it must be a file or absent"),
  IN_DEVICES("/dev may hold directories only; instances get their own devices"),
  WHITEOUT("names that begin with '.wh.' hide files in image layers and are reserved"),
  PATH_TOO_LONG("the path is longer than 4096 bytes or more than 64 directories deep"),
  NAME_HAS_CONTROL_BYTES("the path contains a control character");

  private final String words;

  BaseRule(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
