package dev.berth.router.table;

/** Why a pool without routes has none. */
public enum Emptiness {
  NOT_EMPTY,
  NO_INSTANCES,
  CRASHED,
  BOOTING
}
