package dev.berth.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Berth's own code with a mistake in it: the source of a class is changed and compiled in memory,
 * and a class loader of its own sees the changed class in place of the right one.
 */
final class MistakenCode extends ClassLoader {
  private static final Path HOME = Path.of(System.getProperty("berth.home", ".."));

  private final Map<String, byte[]> changed;

  private MistakenCode(Map<String, byte[]> changed) {
    super(MistakenCode.class.getClassLoader());
    this.changed = changed;
  }

  /** One place in the source, which must be there exactly once, and what stands there instead. */
  record Edit(String module, String file, String right, String wrong) {
    Path path() {
      return HOME.resolve(module + "/src/main/java/dev/berth/" + file);
    }
  }

  static MistakenCode of(List<Edit> edits) throws IOException {
    Map<Path, String> sources = new HashMap<>();
    for (Edit edit : edits) {
      String source = sources.get(edit.path());
      source = source == null ? Files.readString(edit.path()) : source;
      int at = source.indexOf(edit.right());
      if (at < 0 || source.indexOf(edit.right(), at + 1) >= 0) {
        throw new IllegalStateException(
            edit.file() + " has changed: it must have exactly once: " + edit.right());
      }
      sources.put(edit.path(), source.replace(edit.right(), edit.wrong()));
    }
    return new MistakenCode(compiled(sources));
  }

  private static Map<String, byte[]> compiled(Map<Path, String> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var units = new ArrayList<JavaFileObject>();
    sources.forEach((path, source) -> units.add(new Source(path, source)));
    var said = new StringWriter();
    try (var files = new InMemory(compiler.getStandardFileManager(null, null, null))) {
      var options = List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
      if (!compiler.getTask(said, files, null, options, null, units).call()) {
        throw new IllegalStateException("the mistake does not compile: " + said);
      }
      Map<String, byte[]> classes = new HashMap<>();
      files.made.forEach((name, made) -> classes.put(name, made.bytes.toByteArray()));
      return classes;
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean isOurs = name.startsWith("dev.berth.") && !name.startsWith("dev.berth.proto.");
    if (!isOurs) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = changed.get(name);
    if (bytes == null) {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        bytes = in.readAllBytes();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String source;

    Source(Path path, String source) {
      super(URI.create("string:///" + path.getFileName()), Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }

  private static final class Made extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Made(String name) {
      super(URI.create("bytes:///" + name.replace('.', '/')), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, Made> made = new HashMap<>();

    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return made.computeIfAbsent(name, Made::new);
    }
  }
}
