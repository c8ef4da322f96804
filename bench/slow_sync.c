/* Delays every flush to the disk, as a slow disk or a busy host does: loaded before a database by LD_PRELOAD.
 * SQLite and PostgreSQL flush by fdatasync or fsync, depending on how they were built. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static const struct timespec delay = {0, 5000000};

int fdatasync(int file) {
    int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    nanosleep(&delay, 0);
    return flush(file);
}

int fsync(int file) {
    int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    nanosleep(&delay, 0);
    return flush(file);
}
