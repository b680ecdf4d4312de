# The production image: the server and the command, without what only development needs (tools, tests, the embedded
# PostgreSQL). Configuration comes by environment, see .env.example; DATABASE_URL and SECRET are required.
#
#   docker build -t chantier .
#   docker run --rm -p 4000:4000 -e DATABASE_URL=... -e SECRET=... chantier
#   docker run --rm -e DATABASE_URL=... -e SECRET=... chantier chantier migrate
#
# There is no build step: Node strips the types itself. What that and compiling cost at every start is paid once, here, and
# kept in the compile cache, which is good for this version of Node, this path and this user alone.

ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY drizzle drizzle
COPY mappings mappings
COPY src src
RUN ln -s /app/bin/chantier.js /usr/local/bin/chantier \
  && install --directory --owner=node --group=node node_modules/.cache /data /data/backups
USER node
RUN node bin/fill-cache.js
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "bin/check-health.js"]
CMD ["node", "bin/chantier.js", "serve"]
