/*
 * deliver MAILDIR: the cheapest mail delivery agent that keeps what it is given: standard input to tmp/, fsync, rename to
 * new/, fsync of new/. fetchmail has none of its own, and a larger one would count against it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2 || chdir(argv[1]) != 0) return 75;
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  char in_tmp[80], in_new[80];
  snprintf(in_tmp, sizeof in_tmp, "tmp/%ld.M%ldP%d.bench", (long)t.tv_sec, t.tv_nsec, (int)getpid());
  snprintf(in_new, sizeof in_new, "new/%ld.M%ldP%d.bench", (long)t.tv_sec, t.tv_nsec, (int)getpid());
  int out = open(in_tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (out < 0) return 75;
  static char buffer[65536];
  for (ssize_t got; (got = read(0, buffer, sizeof buffer)) != 0;)
    if (got < 0 || write(out, buffer, got) != got) return 75;
  if (fsync(out) != 0 || close(out) != 0 || rename(in_tmp, in_new) != 0) return 75;
  int folder = open("new", O_RDONLY | O_DIRECTORY);
  return folder < 0 || fsync(folder) != 0 ? 75 : 0;
}
