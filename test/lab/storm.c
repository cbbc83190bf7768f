/* Sends packets in turn until it is told to stop, and counts by class those that a rule has seen: one that was refused, or counted
   and dropped, says EPERM. A packet that this kernel would not send is none. Gives 0, or the error that ended it. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

struct shot {
	int file, kind;
	const void *bytes;
	size_t length;
	/* Nothing where the file is an interface's. */
	const struct sockaddr *to;
	socklen_t to_length;
};

int flood(const struct shot *shots, size_t count, const volatile int *stop, long sent[]) {
	while (!*stop)
		for (const struct shot *shot = shots; shot < shots + count; shot++) {
			ssize_t done = shot->to ? sendto(shot->file, shot->bytes, shot->length, 0, shot->to, shot->to_length)
						: write(shot->file, shot->bytes, shot->length);
			if (done >= 0 || errno == EPERM || errno == EACCES)
				sent[shot->kind]++;
			else if (errno == EBADF || errno == ENODEV)
				return errno;
		}
	return 0;
}
