/* Does something bad at the FAULT_AT-th call that changes a file below FAULT_BELOW: a test preloads it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum fault { NONE, KILL, SHORT, FULL, ONCE };

static atomic_long calls;

/* What happens at this call: SHORT is half a write and then the end, FULL a disk without room from here on,
   ONCE a single call that finds none. */
static enum fault fault(const char *path) {
    const char *below = getenv("FAULT_BELOW"), *kind = getenv("FAULT_KIND"), *at = getenv("FAULT_AT");
    if (!below || !path || strncmp(path, below, strlen(below)) != 0) return NONE;
    long call = atomic_fetch_add(&calls, 1) + 1, due = at ? atol(at) : -1;
    if (due < 0 || !kind || call < due) return NONE;
    if (!strcmp(kind, "full")) return FULL;
    if (call > due) return NONE;
    return !strcmp(kind, "short") ? SHORT : !strcmp(kind, "once") ? ONCE : KILL;
}

static enum fault fault_of(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return NONE;
    path[length] = 0;
    return fault(path);
}

static void end(void) { kill(getpid(), SIGKILL); }

/* Nothing more of this call is done: -1 if there is no room. */
static int stops(enum fault found) {
    if (found == KILL || found == SHORT) end();
    if (found == NONE) return 0;
    errno = ENOSPC;
    return -1;
}

static ssize_t written(int fd, const void *bytes, size_t length, off_t at, int placed) {
    enum fault found = fault_of(fd);
    if (found == KILL) end();
    size_t part = found == NONE ? length : length / 2;
    ssize_t done = placed ? REAL(pwrite64)(fd, bytes, part, at) : REAL(write)(fd, bytes, part);
    if (found == SHORT) end();
    return found == NONE ? done : stops(found);
}

ssize_t write(int fd, const void *bytes, size_t length) { return written(fd, bytes, length, 0, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return written(fd, bytes, length, at, 1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return written(fd, bytes, length, at, 1); }

/* A file that is made or emptied: a kill comes right after it, too. */
static int opened(int folder, const char *path, int flags, mode_t mode) {
    if (!(flags & (O_CREAT | O_TRUNC))) return REAL(openat64)(folder, path, flags, mode);
    enum fault found = fault(path);
    if (found == FULL || found == ONCE) return stops(found);
    int fd = REAL(openat64)(folder, path, flags, mode);
    if (found != NONE) end();
    return fd;
}

#define OPEN(name)                                       \
    int name(const char *path, int flags, ...) {         \
        va_list more;                                    \
        va_start(more, flags);                           \
        mode_t mode = va_arg(more, mode_t);              \
        va_end(more);                                    \
        return opened(AT_FDCWD, path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)

#define ON_FILE(name, parameters, arguments)                              \
    int name parameters {                                                 \
        int stopped = stops(fault_of(fd));                                \
        return stopped ? stopped : REAL(name) arguments;                  \
    }
ON_FILE(ftruncate64, (int fd, off_t length), (fd, length))
ON_FILE(ftruncate, (int fd, off_t length), (fd, length))
ON_FILE(fsync, (int fd), (fd))
ON_FILE(fdatasync, (int fd), (fd))

#define ON_PATH(name, parameters, arguments)                              \
    int name parameters {                                                 \
        int stopped = stops(fault(path));                                 \
        return stopped ? stopped : REAL(name) arguments;                  \
    }
ON_PATH(rename, (const char *old, const char *path), (old, path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))

/* Room or not, a file can be removed. */
int unlink(const char *path) {
    enum fault found = fault(path);
    if (found == KILL || found == SHORT) end();
    return REAL(unlink)(path);
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAULT_REPORT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld", atomic_load(&calls));
    fclose(file);
}
