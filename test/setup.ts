import fc from "fast-check";

// Properties draw the same values in every run, so that a failure is reproducible everywhere. For other values, run
// `FC_SEED=random npm test`. A failure prints its seed.
const { FC_SEED = "20261121" } = process.env;
if (FC_SEED !== "random") fc.configureGlobal({ seed: Number(FC_SEED) });
