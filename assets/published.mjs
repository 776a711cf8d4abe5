// What a display's page lets others read, and nothing to command it by: tests and benchmarks what it
// measured itself, the kiosk's watch whether it lives, pages around it the time on the wall.

export function publish(player) {
  window.iocClock = { nowMs: () => player.clock.nowMs() };
  window.iocPlayer = {
    thumbnail: player.thumbnail,
    get lastSwitch() {
      return player.stage.lastSwitch;
    },
    get state() {
      return player.state;
    },
    get counters() {
      return player.counters;
    },
    get clock() {
      return { offsetMs: player.clock.offsetMs, uncertaintyMs: player.clock.uncertaintyMs };
    },
    get glass() {
      return { ...player.glass.offset, level: player.glass.level };
    },
    get errors() {
      return player.health.errors;
    },
    get alive() {
      return player.health.alive;
    },
  };
}
