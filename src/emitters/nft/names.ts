/** Whether a policy of one chain, or its boot, may have a state of that name; with several chains the names of states hold a `.`. */
export const isLoneStateName = (name: string): boolean => /^(down|hop[0-9]+|up|lockdown)$/.test(name);
