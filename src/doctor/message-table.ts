/**
 * What is said about each code, from what its finding knows: `say` is the fault, `do` the remedy, each one or two whole
 * sentences.
 */
export type MessageTable<Args> = {
  readonly [C in keyof Args]: {
    readonly say: (args: Args[C]) => string;
    readonly do: (args: Args[C]) => string;
  };
};
