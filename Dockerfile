# Kutip with its bundled model. The container downloads nothing at run time. See docs/deployment.md.
# The tag names the version; the digest chooses the image. For security updates, renew both each month:
# `docker buildx imagetools inspect python:3.11-slim` prints the digest, the image itself its version.
ARG BASE=python:3.11.16-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
FROM ${BASE}

WORKDIR /opt/kutip
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rag rag
COPY api api
COPY embeddings embeddings
RUN pip install --no-cache-dir --constraint constraints.txt . \
    && useradd --system --uid 10001 --home-dir /data kutip \
    && install --directory --owner=kutip --mode=0700 /data /backups

USER kutip
WORKDIR /data
ENV KUTIP_DATA_DIR=/data KUTIP_HOST=0.0.0.0
VOLUME ["/data", "/backups"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from os import environ; from urllib.request import urlopen; urlopen('http://127.0.0.1:' + environ.get('KUTIP_PORT', '8000') + '/health/ready')"]
CMD ["kutip", "serve"]
