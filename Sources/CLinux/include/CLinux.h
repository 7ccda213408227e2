// Kernel interfaces that Swift's Glibc overlay leaves out, and one function for each variadic or GNU-only call.
#ifndef CLINUX_H
#define CLINUX_H

#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/un.h>

/// Accepts a connection that is non-blocking and closed on exec from its first moment.
int clinux_accept(int listener, struct sockaddr *address, socklen_t *length);

/// Opens a file with a mode, closed on exec; `open` is variadic, which Swift cannot call.
int clinux_open(const char *path, int flags, mode_t mode);

/// Makes a descriptor non-blocking; `fcntl` is variadic, which Swift cannot call.
int clinux_set_nonblocking(int descriptor);

/// The user id of the process at the other end of a local socket, or -1.
long clinux_peer_user(int descriptor);

/// Makes core dumps and `/proc` files of this process unavailable to other processes of the same user.
int clinux_forbid_dumps(void);

/// Gives memory that was large for a moment back to the system, where the C library would keep it for good.
void clinux_bound_memory(void);

/// Names the calling thread for debuggers; only the first 15 bytes count.
void clinux_set_thread_name(const char *name);

/// The type of the file system that a path lies on, a number from `linux/magic.h`, or -1.
long clinux_file_system_type(const char *path);

/// Sends a signal of this process to `clinux_next_signal` instead of its default action.
int clinux_watch_signal(int signal);

/// Waits for the next watched signal and returns it; -1 when none is watched.
int clinux_next_signal(void);

#endif
