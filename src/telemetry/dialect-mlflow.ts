import type { Speak } from "./dialect.ts";
import { GEN_AI_USAGE_COST } from "./semconv.ts";

/**
 * MLflow reads the standard names, and prices tokens by its own table, which knows neither one-hour cache writes nor fast
 * mode; a cost in its own attribute it takes over as it is. The price that is not of the output counts as input.
 */
export const mlflow: Speak = ({ attributes, hints }) => {
  const total = attributes[GEN_AI_USAGE_COST];
  const output = hints?.outputUsd;
  if (typeof total !== "number" || output === undefined) return {};
  return {
    "mlflow.llm.cost": JSON.stringify({ input_cost: total - output, output_cost: output, total_cost: total }),
  };
};
