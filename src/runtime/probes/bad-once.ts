type Tell = (good: boolean, why: string) => void;

/**
 * Tells what is good each time, and what is bad once for as long as it is the same but for its figures. A probe that asks again
 * and again would otherwise have what others heard meanwhile forgotten each time, and logged each time it is heard again.
 */
export function badOnce(tell: Tell): Tell {
  let last: string | undefined;
  return (good, why) => {
    const kind = good ? undefined : why.replaceAll(/\d+/g, "0");
    const isSame = kind !== undefined && kind === last;
    last = kind;
    if (!isSame) tell(good, why);
  };
}
