export type Point = readonly [longitude: number, latitude: number];
export type Line = readonly Point[];

/** How far it is to the nearest point of something, and where that lies. */
export type Nearest = Readonly<{
  /** Kilometres. */ km: number;
  /** Degrees from north, clockwise. */ bearing: number;
}>;

export const KM_PER_DEGREE = 111.195;
export const RAD = Math.PI / 180;

/** The nearest point of some lines, on a plane that touches the Earth where it is asked. A line may be one point. */
export function nearestOf(lines: readonly Line[], latitude: number, longitude: number): Nearest {
  const [kmX, kmY] = [KM_PER_DEGREE * Math.cos(latitude * RAD), KM_PER_DEGREE];
  let best = { squared: Infinity, x: 0, y: 0 };
  for (const line of lines)
    for (let at = Math.min(1, line.length - 1); at < line.length; at += 1) {
      const [from, to] = [line[Math.max(at - 1, 0)] as Point, line[at] as Point];
      const [ax, ay] = [(from[0] - longitude) * kmX, (from[1] - latitude) * kmY];
      const [dx, dy] = [(to[0] - from[0]) * kmX, (to[1] - from[1]) * kmY];
      const length = dx * dx + dy * dy;
      const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length));
      const [x, y] = [ax + along * dx, ay + along * dy];
      const squared = x * x + y * y;
      if (squared < best.squared) best = { squared, x, y };
    }
  return { km: Math.sqrt(best.squared), bearing: (Math.atan2(best.x, best.y) / RAD + 360) % 360 };
}
