package dev.berth.agent.runtime;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The defences that are on. Immutable. */
public final class Defences {
  private static final Defences ALL = new Defences(EnumSet.allOf(Defence.class));
  private final Set<Defence> on;

  private Defences(Set<Defence> on) {
    this.on = Collections.unmodifiableSet(on);
  }

  public static Defences all() {
    return ALL;
  }

  /** The same less these; for tests. */
  public Defences without(Defence... off) {
    Set<Defence> rest = EnumSet.copyOf(on);
    rest.removeAll(List.of(off));
    return new Defences(rest);
  }

  public boolean has(Defence defence) {
    return on.contains(defence);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Defences defences && on.equals(defences.on);
  }

  @Override
  public int hashCode() {
    return on.hashCode();
  }

  @Override
  public String toString() {
    return on.toString();
  }
}
