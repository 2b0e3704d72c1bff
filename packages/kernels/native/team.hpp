// Helpers that work on one call together with the thread of JavaScript that made it. Waiting threads spin for some
// microseconds, because the next phase is near, and then sleep. Nothing here is inline: it is compiled without the
// instructions of some machines only.
#pragma once

/** A number that threads wait for. */
struct Turn {
  alignas(64) int count;
  int sleepers;
};

/** Waits until the count is another one than `seen`. */
void waitBeyond(Turn &turn, int seen);
/** Counts on and wakes who waits. */
void advance(Turn &turn);

/** Where `threads` threads wait for each other. */
struct Barrier {
  int threads = 1;
  alignas(64) int arrived = 0;
  Turn turn = {};

  void wait();
};

/** What the threads of a team do. */
typedef void (*TeamWork)(void *context, int thread);

struct Team;

/** Threads of a team, at most. */
constexpr int mostThreads = 256;

/**
 * Runs work(context, 0 … threads − 1) at the same time, the first one here, and returns when all are done; false, with
 * nothing run, if there cannot be so many threads. The team is made or enlarged as needed.
 */
bool runTogether(Team *&team, int threads, TeamWork work, void *context);
/** Ends the helpers and waits for them. */
void dismiss(Team *team);
