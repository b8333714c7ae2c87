/* Calls of glibc that Swift's Glibc module leaves out. */
#pragma once

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
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
/* Hands an open file to whoever is at the other end of a unix socket; 0, or -1 with errno. */
static inline int switchyard_send_descriptor(int socket, int descriptor) {
    char byte = 0;
    struct iovec bytes = {&byte, 1};
    union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control = {{0}};
    struct msghdr message = {0};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)(void *)CMSG_DATA(&control.header) = descriptor;
    return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}
/* The open file that the other end hands over; -1 when it hands over none. */
static inline int switchyard_receive_descriptor(int socket) {
    char byte;
    struct iovec bytes = {&byte, 1};
    union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control = {{0}};
    struct msghdr message = {0};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return -1;
    return *(int *)(void *)CMSG_DATA(header);
}
static inline int switchyard_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/* Behind _GNU_SOURCE or with a variable number of arguments, which Swift takes over of no header. */
static inline int switchyard_memory_file(const char *name) {
    extern int memfd_create(const char *, unsigned int);
    return memfd_create(name, 2u /* MFD_ALLOW_SEALING: a new program gets the descriptor. */);
}
/* No growing, no shrinking, no writing, and no taking that back. */
static inline int switchyard_seal(int descriptor) {
    return fcntl(descriptor, 1033 /* F_ADD_SEALS */, 1 | 2 | 4 | 8);
}
static inline int switchyard_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
