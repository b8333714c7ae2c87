/* Calls of glibc that Swift's Glibc module leaves out. */
#pragma once

#include <sys/timex.h>

/* Behind _GNU_SOURCE. */
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);

static const unsigned int switchyard_rename_exchange = 1u << 1;
int syncfs(int descriptor);
