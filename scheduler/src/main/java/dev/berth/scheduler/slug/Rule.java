package dev.berth.scheduler.slug;

/** What an entry of a tenant's tar can do wrong; each with the words that the tenant reads. */
enum Rule {
  ABSOLUTE_PATH("the path is absolute; pack the directory with relative paths"),
  CLIMBS_OUT("the path contains '..'"),
  NOT_CANONICAL("the path has an empty or '.' component"),
  NAME_EMPTY("the path is empty"),
  NAME_TOO_LONG("a name in the path is longer than 255 bytes"),
  NAME_HAS_CONTROL_BYTES("the path contains a NUL or control character"),
  NAME_NOT_UTF8("the path is not UTF-8"),
  NAME_IS_WHITEOUT("names that begin with '.wh.' hide files in image layers and are reserved"),
  PATH_TOO_LONG("the path is longer than 4096 bytes"),
  PATH_TOO_DEEP("the path is more than 64 directories deep"),
  DUPLICATE("the path occurs twice"),
  PARENT_NOT_DIRECTORY("the path goes through something that is not a directory"),
  LINK_EMPTY("the link has no target"),
  LINK_HAS_CONTROL_BYTES("the link's target contains a NUL or control character"),
  LINK_TOO_LONG("the link's target is longer than 4096 bytes"),
  SYMLINK_CLIMBS_OUT("the symbolic link leads out of the app's directory"),
  HARD_LINK_TARGET("the hard link's target is not a file that came before it in the tar"),
  DEVICE("device files are not allowed"),
  FIFO("named pipes are not allowed"),
  UNKNOWN_TYPE("only files, directories and links are allowed"),
  SPARSE("sparse entries are not allowed; pack without --sparse"),
  HEADER_AMBIGUOUS("tar programs read this entry differently"),
  GLOBAL_HEADER("global headers change the entries after them; pack without them"),
  MOUNT_POINT_IS_LINK("dev, proc and sys at the top may not be links"),
  NOT_A_TAR("this is not a plain tar"),
  UNREADABLE("the tar cannot be read from here on"),
  TOO_MANY_ENTRIES("the tar has more entries, with the directories above them, than allowed"),
  TOO_LONG_NAMES("the paths are together longer than allowed"),
  TOO_MANY_BYTES("the files are larger than allowed, unpacked");

  private final String words;

  Rule(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
