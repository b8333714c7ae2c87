/* Calls of glibc that Swift's Glibc module leaves out. */
#pragma once

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timex.h>

/* Behind _GNU_SOURCE. */
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);

static const unsigned int switchyard_rename_exchange = 1u << 1;
int syncfs(int descriptor);

/* The same, and beyond what Swift takes over of a header: flags that the new descriptor has from its beginning. */
static inline int switchyard_accept(int descriptor) {
    extern int accept4(int, struct sockaddr *, socklen_t *, int);
    return accept4(descriptor, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
static inline int switchyard_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
