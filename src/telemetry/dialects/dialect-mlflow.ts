import type { Speak } from "./dialect.ts";
import { costParts } from "./dialect-cost.ts";

/**
 * MLflow reads the standard names, and prices tokens by its own table, which knows neither one-hour cache writes nor fast
 * mode; a cost in its own attribute it takes over as it is. The price that is not of the output counts as input.
 */
export const mlflow: Speak = (span) => {
  const parts = costParts(span);
  if (parts === undefined) return {};
  const { input, output, total } = parts;
  return { "mlflow.llm.cost": JSON.stringify({ input_cost: input, output_cost: output, total_cost: total }) };
};
