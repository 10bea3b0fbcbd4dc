package dev.berth.agent.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.linux.Programs;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpperLayersTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  @Test
  void inodesAreInGroupsSmallEnoughToBeLookedThroughForEachNewFile() throws Exception {
    Path image = directory.resolve("image");
    try (var file = new RandomAccessFile(image.toFile(), "rw");
        var programs = new Programs()) {
      file.setLength(32 * MIB);

      programs.need(UpperLayers.formatting(image));

      ByteBuffer superblock = superblock(file);
      assertThat(superblock.getInt(0x00)).as("inodes").isEqualTo(32 * MIB / 8192);
      assertThat(superblock.getInt(0x28)).as("inodes in a group").isEqualTo(1024);
    }
  }

  /** See "The Super Block" in the kernel's documentation of ext4. */
  private static ByteBuffer superblock(RandomAccessFile image) throws Exception {
    var bytes = new byte[1024];
    image.seek(1024);
    image.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
