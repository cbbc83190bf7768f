/** Whether a policy of one chain, its boot or its portal may have a state of that name; with several chains the names of states hold a `.`. */
export const isLoneStateName = (name: string): boolean => /^(down|hop[0-9]+|up|lockdown|portal)$/.test(name);
