#include "team.hpp"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// glibc 2.32 and 2.34 have moved these and given them new versions; the first ones are there still, and since ever
#if defined(__GLIBC__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_join, pthread_join@GLIBC_2.2.5");
__asm__(".symver pthread_sigmask, pthread_sigmask@GLIBC_2.2.5");
#endif

namespace {

/** Pauses before a thread sleeps: about the time that sleeping and waking take. */
constexpr int pauses = 2000;

} // namespace

void waitBeyond(Turn &turn, int seen) {
  for (int n = 0; n < pauses; n++) {
    if (__atomic_load_n(&turn.count, __ATOMIC_ACQUIRE) != seen) return;
    __builtin_ia32_pause();
  }
  __atomic_add_fetch(&turn.sleepers, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&turn.count, __ATOMIC_SEQ_CST) == seen) {
    syscall(SYS_futex, &turn.count, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
  }
  __atomic_sub_fetch(&turn.sleepers, 1, __ATOMIC_SEQ_CST);
}

void advance(Turn &turn) {
  __atomic_add_fetch(&turn.count, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&turn.sleepers, __ATOMIC_SEQ_CST) > 0) {
    syscall(SYS_futex, &turn.count, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
  }
}

void Barrier::wait() {
  const int seen = __atomic_load_n(&turn.count, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == threads) {
    __atomic_store_n(&arrived, 0, __ATOMIC_RELAXED);
    advance(turn);
  } else {
    waitBeyond(turn, seen);
  }
}

namespace {

struct Helper {
  Team *team;
  pthread_t thread;
  int number;
  /** The turn that it waits for. */
  int seen;
};

} // namespace

struct Team {
  Turn begin;
  Turn end;
  /** Helpers that have not yet done their part. */
  alignas(64) int busy;
  int helpers;
  bool leaving;
  /** Threads of the work at hand. */
  int threads;
  TeamWork work;
  void *context;
  Helper all[mostThreads - 1];
};

namespace {

void *help(void *argument) {
  Helper &self = *(Helper *)argument;
  Team &team = *self.team;
  for (;;) {
    waitBeyond(team.begin, self.seen);
    self.seen++;
    if (team.leaving) return nullptr;
    if (self.number < team.threads) team.work(team.context, self.number);
    if (__atomic_sub_fetch(&team.busy, 1, __ATOMIC_ACQ_REL) == 0) advance(team.end);
  }
}

/** Whether the team has so many helpers now. Signals are left to the threads of Node. */
bool enlarge(Team &team, int helpers) {
  if (helpers > mostThreads - 1) return false;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (team.helpers < helpers) {
    Helper &helper = team.all[team.helpers];
    helper = {&team, {}, team.helpers + 1, team.begin.count};
    if (pthread_create(&helper.thread, nullptr, help, &helper) != 0) break;
    team.helpers++;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return team.helpers >= helpers;
}

} // namespace

bool runTogether(Team *&team, int threads, TeamWork work, void *context) {
  if (!team) {
    void *block;
    if (posix_memalign(&block, 64, sizeof(Team)) != 0) return false;
    memset(block, 0, sizeof(Team));
    team = (Team *)block;
  }
  if (!enlarge(*team, threads - 1)) return false;
  team->threads = threads;
  team->work = work;
  team->context = context;
  __atomic_store_n(&team->busy, team->helpers, __ATOMIC_RELAXED);
  const int seen = __atomic_load_n(&team->end.count, __ATOMIC_ACQUIRE);
  advance(team->begin);
  work(context, 0);
  if (team->helpers > 0) waitBeyond(team->end, seen);
  return true;
}

void dismiss(Team *team) {
  if (!team) return;
  team->leaving = true;
  advance(team->begin);
  for (int n = 0; n < team->helpers; n++) pthread_join(team->all[n].thread, nullptr);
  free(team);
}
