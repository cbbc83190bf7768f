/* Sends datagrams for ever, in turn to a host of the internet, a foreign resolver and the router's, over both families. Its name
   begins with @, which makes systemd spare it at the shutdown, as it does the servers of storage: it talks until the machine stops. */
#include <arpa/inet.h>
#include <signal.h>
#include <unistd.h>

#define COUNT 6
static const struct { const char *address; int port; } to[COUNT] = {
	{"203.0.113.9", 9000}, {"2001:db8:9::9", 9000}, {"203.0.113.53", 53}, {"2001:db8:9::53", 53}, {"192.0.2.1", 53}, {"2001:db8:1::1", 53},
};

int main(int argc, char **argv) {
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	int udp4 = socket(AF_INET, SOCK_DGRAM, 0), udp6 = socket(AF_INET6, SOCK_DGRAM, 0);
	argv[0][0] = '@';
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	for (unsigned i = 0;; i = (i + 1) % COUNT) {
		if (i % 2) {
			ipv6.sin6_port = htons(to[i].port);
			inet_pton(AF_INET6, to[i].address, &ipv6.sin6_addr);
			sendto(udp6, "flood", 5, MSG_DONTWAIT, (struct sockaddr *)&ipv6, sizeof ipv6);
		} else {
			ipv4.sin_port = htons(to[i].port);
			inet_pton(AF_INET, to[i].address, &ipv4.sin_addr);
			sendto(udp4, "flood", 5, MSG_DONTWAIT, (struct sockaddr *)&ipv4, sizeof ipv4);
		}
		usleep(4000);
	}
}
