/**
 * What `iptables-save` lists of our chains, as a text that could be restored: the kernel's own chains hold nothing but our
 * jumps, which come first.
 */
export function asRestored(listing: string): string {
  const lines = listing.split("\n").flatMap((line) => {
    if (/^(#|$)/.test(line) || /^:[A-Z]+ /.test(line)) return [];
    if (/^:ksp_/.test(line)) return [line.replace(/\[\d+:\d+\]$/, "[0:0]")];
    const jump = /^-A ([A-Z]+) -j (ksp_\S+)$/.exec(line);
    return [jump ? `-I ${jump[1]} 1 -j ${jump[2]}` : line];
  });
  return `${lines.join("\n")}\n`;
}
