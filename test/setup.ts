import fc from "fast-check";

// Properties draw the same values in every run, so that what fails here fails everywhere. To look further than that:
// `FC_SEED=random npm test`, and the seed that finds something stands in the failure.
const { FC_SEED = "20261121" } = process.env;
if (FC_SEED !== "random") fc.configureGlobal({ seed: Number(FC_SEED) });
