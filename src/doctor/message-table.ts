/**
 * The messages of each code, from the finding's arguments. `say` is the fault and `do` the remedy, each in one or two
 * whole sentences.
 */
export type MessageTable<Args> = {
  readonly [C in keyof Args]: {
    readonly say: (args: Args[C]) => string;
    readonly do: (args: Args[C]) => string;
  };
};
