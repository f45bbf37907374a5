# syntax=docker/dockerfile:1
# Each step is a script in .image/, so that it can be run and tested outside an image as well.
FROM python:3.13-slim AS build
ENV VENV=/venv
WORKDIR /app
COPY .image/install .image/
COPY requirements.txt ./
RUN .image/install
COPY manage.py ./
COPY .image .image
COPY accounts accounts
COPY progress progress
COPY roadmap_site roadmap_site
COPY stages stages
COPY static static
COPY templates templates
RUN .image/build
COPY fixtures fixtures

# Beside the other, so that what it needs is not in the image.
FROM python:3.13-slim AS practice
ENV VENV=/venv
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY .image .image
COPY accounts accounts
COPY progress progress
COPY roadmap_site roadmap_site
COPY stages stages
RUN .image/practice

FROM python:3.13-slim
ENV VENV=/venv PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WAYMARK_ENV=production
RUN useradd --system --uid 10001 --no-create-home waymark && install -d -o 10001 /srv/static
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=practice /app/staticfiles/practice /app/staticfiles/practice
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD [".image/health"]
CMD [".image/serve"]
