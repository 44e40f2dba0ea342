import { isRecord } from "../../objects.ts";

/** Checks whether a parsed value has a shape. Accepts keys that the shape does not name. */
export type Shape = (value: unknown) => boolean;

export const text: Shape = (value) => typeof value === "string";
export const number: Shape = (value) => typeof value === "number";
export const anything: Shape = () => true;

export function maybe(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

export function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

/** A record with any keys. */
export function mapOf(shape: Shape): Shape {
  return (value) => isRecord(value) && Object.values(value).every(shape);
}

export function shapeOf(shapes: Record<string, Shape>): Shape {
  const entries = Object.entries(shapes);
  return (value) => isRecord(value) && entries.every(([key, shape]) => shape(value[key]));
}

/** A list that starts with these shapes, in this order. */
export function tuple(...shapes: Shape[]): Shape {
  return (value) => Array.isArray(value) && shapes.every((shape, index) => shape(value[index]));
}
