# Tornaconto's processor, and every other command of `tornaconto`:
#
#     docker build -t tornaconto .
#     docker run --init tornaconto                        the processor
#     docker run --rm tornaconto node dist/cli/main.js status ada

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: the only one that matters brings a Node of the right version, and this image is one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY --from=build /app/dist dist
USER node
EXPOSE 8080
# Ready: it has its partitions and reaches its servers. The JSON of /health/ready says what it waits for.
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 8080}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself, with nothing between it and the signal: the drain begins at SIGTERM.
CMD ["node", "dist/cli/main.js", "run"]
