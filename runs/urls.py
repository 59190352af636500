"""Addresses of the runs app, below a space but for a person's own across their spaces. Acts are POSTs to nouns."""

from django.urls import path

from runs.views import (
    artifacts,
    cancellations,
    comparisons,
    history,
    home,
    last_runs,
    messages,
    node_acts,
    node_runs,
    notifications,
    previews,
    reruns,
    runs,
    starts,
    tasks,
    tickets,
    version_comparisons,
)

app_name = "runs"
SPACE = "s/<slug:space_slug>/"
RUN = f"{SPACE}runs/<str:run_id>/"
NODE = f"{RUN}nodes/<str:key>/"

urlpatterns = [
    path(SPACE, home.detail, name="space-home"),
    path(f"{SPACE}activity/", home.activity, name="space-activity"),
    path(f"{SPACE}workflows/<slug:slug>/start/", starts.create, name="run-create"),
    path(f"{SPACE}task-previews/", previews.create, name="task-preview-create"),
    path(f"{SPACE}workflows/<slug:slug>/last-run/<slug:key>/", last_runs.detail, name="last-run-detail"),
    path(f"{SPACE}workflows/<slug:slug>/last-run/<slug:key>/trials/", last_runs.try_output, name="output-trial"),
    path("tasks/", tasks.everywhere, name="my-task-list"),
    path("tasks/count/", tasks.count, name="my-task-count"),
    path("notifications/", notifications.index, name="notification-index"),
    path("notifications/glance/", notifications.glance, name="notification-glance"),
    path("notifications/readings/", notifications.read_all, name="notification-readings-create"),
    path("notifications/<int:notice>/readings/", notifications.read, name="notification-reading-create"),
    path("notifications/settings/", notifications.choose, name="notification-setting-update"),
    path(f"{SPACE}tasks/", tasks.index, name="my-task-index"),
    path(f"{SPACE}runs/", history.index, name="run-index"),
    path(f"{SPACE}runs.csv", history.export, name="run-export"),
    path(f"{SPACE}run-cancellations/", history.cancel, name="run-cancellations-create"),
    path(f"{SPACE}run-filters/", history.save, name="saved-filter-create"),
    path(f"{SPACE}run-filters/<int:number>/deletion/", history.forget, name="saved-filter-deletion-create"),
    path(f"{SPACE}run-comparison/", comparisons.detail, name="run-comparison"),
    path(RUN, runs.detail, name="run-detail"),
    path(f"{RUN}overview/", runs.overview, name="run-overview"),
    path(f"{RUN}ticket/", tickets.detail, name="run-ticket"),
    path(f"{RUN}panel/", node_runs.panel, name="node-panel"),
    path(f"{RUN}cancellation/", cancellations.create, name="run-cancellation-create"),
    path(f"{RUN}messages/<str:message_id>/", messages.detail, name="message-detail"),
    path(f"{RUN}messages/<str:message_id>/text/", messages.text, name="message-text"),
    path(f"{RUN}artifacts/<str:artifact_id>/", artifacts.detail, name="artifact-detail"),
    path(f"{RUN}artifacts/<str:artifact_id>/content/", artifacts.content, name="artifact-content"),
    path(f"{RUN}artifacts/<str:artifact_id>/picture/", artifacts.picture, name="artifact-picture"),
    path(f"{RUN}artifacts.zip", artifacts.archive, name="artifact-archive"),
    path(f"{NODE}comparison/", version_comparisons.detail, name="version-comparison"),
    path(f"{NODE}messages/", messages.index, name="message-index"),
    path(f"{NODE}messages/new/", messages.create, name="message-create"),
    path(f"{NODE}confirmations/", node_acts.confirm, name="confirmation-create"),
    path(f"{NODE}completions/", node_acts.complete, name="completion-create"),
    path(f"{NODE}stops/", node_acts.stop, name="stop-create"),
    path(f"{NODE}restarts/", node_acts.restart, name="restart-create"),
    path(f"{NODE}retries/", node_acts.retry, name="retry-create"),
    path(f"{NODE}cancellations/", node_acts.cancel, name="node-cancellation-create"),
    path(f"{NODE}plan/", reruns.plan, name="node-plan"),
    path(f"{NODE}outputs/<str:name>/", node_acts.choose_output, name="output-choice-create"),
]
