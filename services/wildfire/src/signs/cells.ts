/** Degrees on each side of a cell: some two kilometres. */
const SIDE = 0.02;
const COLUMNS = 360 / SIDE;
const KM_PER_DEGREE = 111.195;

/** The cell of a grid over the world by which neighbours are found: never a distance. */
export const cellOf = (latitude: number, longitude: number): number =>
  Math.floor((latitude + 90) / SIDE) * COLUMNS + column(Math.floor((longitude + 180) / SIDE));

type Point = Readonly<{ latitude: number; longitude: number }>;

/** Cells in which whatever lies within a distance of some points is, and more. @param km kilometres */
export function cellsAround(points: readonly Point[], km: number): readonly number[] {
  // Twenty thousand pixels of one day lie in a few hundred cells: what is around each is asked once.
  const own = new Map(points.map((point) => [cellOf(point.latitude, point.longitude), point]));
  return [...new Set([...own.values()].flatMap((point) => around(point, km)))];
}

/** The same for every point of one cell. */
function around({ latitude, longitude }: Point, km: number): readonly number[] {
  const row = Math.floor((latitude + 90) / SIDE);
  const rows = Math.ceil(km / (SIDE * KM_PER_DEGREE));
  // Cells are narrowest on the side of the nearer pole.
  const farthest = Math.min(89.9, Math.abs(latitude) + (rows + 2) * SIDE);
  const columns = Math.min(COLUMNS / 2, Math.ceil(km / (SIDE * KM_PER_DEGREE * Math.cos((farthest * Math.PI) / 180))));
  const middle = Math.floor((longitude + 180) / SIDE);
  const cells: number[] = [];
  for (let dy = -rows; dy <= rows; dy += 1)
    for (let dx = -columns; dx <= columns; dx += 1) cells.push((row + dy) * COLUMNS + column(middle + dx));
  return cells;
}

/** Around the world. */
const column = (index: number): number => ((index % COLUMNS) + COLUMNS) % COLUMNS;
