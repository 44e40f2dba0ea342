/** A session that began with another one's history, and what it is called. */
export interface PageFork {
  id: string;
  title?: string;
  prompt?: string;
}
