"""Addresses of the workflows app, all below a space."""

from django.urls import path

from workflows.views import (
    clippings,
    consents,
    drafts,
    editors,
    gallery,
    imports,
    node_templates,
    panels,
    publications,
    task_template_acts,
    task_templates,
    versions,
    workflows,
)

app_name = "workflows"
WORKFLOW = "s/<slug:space_slug>/workflows/<slug:slug>/"
TASK = "s/<slug:space_slug>/task-templates/<slug:slug>/"

urlpatterns = [
    path("s/<slug:space_slug>/workflows/", editors.create, name="workflow-create"),
    path("s/<slug:space_slug>/workflows/<slug:slug>/", editors.detail, name="workflow-detail"),
    path("s/<slug:space_slug>/workflows/<slug:slug>/draft/", drafts.update, name="draft-update"),
    path("s/<slug:space_slug>/workflows/<slug:slug>/copies/", drafts.copy, name="copy-create"),
    path("s/<slug:space_slug>/workflows/<slug:slug>/versions/<int:number>/", editors.version, name="version-detail"),
    path("s/<slug:space_slug>/workflows/<slug:slug>/panels/", panels.template, name="template-panel"),
    path("s/<slug:space_slug>/workflows/<slug:slug>/panels/<slug:key>/", panels.detail, name="node-panel"),
    path(f"{WORKFLOW}clippings/", clippings.create, name="clipping-create"),
    path(f"{WORKFLOW}node-templates/", node_templates.create, name="node-template-create"),
    path(f"{WORKFLOW}publications/", publications.create, name="publication-create"),
    path(f"{WORKFLOW}unpublications/", publications.destroy, name="unpublication-create"),
    path(f"{WORKFLOW}versions/", versions.index, name="version-index"),
    path(f"{WORKFLOW}versions/<int:number>/restorations/", versions.restore, name="restoration-create"),
    path(f"{WORKFLOW}restorations/kept/", versions.restore_kept, name="kept-draft-restore"),
    path(f"{WORKFLOW}restorations/undone/", versions.undo, name="restoration-delete"),
    path(f"{WORKFLOW}comparison/", versions.compare, name="version-comparison"),
    path(f"{WORKFLOW}file/", workflows.export, name="workflow-export"),
    path(f"{WORKFLOW}duplicates/", workflows.duplicate, name="duplicate-create"),
    path(f"{WORKFLOW}archives/", workflows.archive, name="archive-create"),
    path(f"{WORKFLOW}restored-archives/", workflows.unarchive, name="archive-delete"),
    path(f"{WORKFLOW}deletions/", workflows.destroy, name="deletion-create"),
    path(f"{WORKFLOW}transfers/", workflows.transfer, name="transfer-create"),
    path(f"{WORKFLOW}favourite/", workflows.favour, name="favourite-update"),
    path(f"{WORKFLOW}consents/", consents.create, name="consent-create"),
    path(f"{WORKFLOW}revocations/", consents.destroy, name="consent-delete"),
    path("s/<slug:space_slug>/consents/", consents.index, name="consent-index"),
    path(f"{WORKFLOW}visibility/", workflows.show, name="visibility-update"),
    path("s/<slug:space_slug>/imports/", imports.create, name="workflow-import"),
    path("s/<slug:space_slug>/gallery/", gallery.index, name="gallery-index"),
    path("s/<slug:space_slug>/gallery/<slug:key>/copies/", gallery.copy, name="gallery-copy-create"),
    path("s/<slug:space_slug>/task-templates/", task_templates.index, name="task-template-index"),
    path("s/<slug:space_slug>/task-templates/new/", task_templates.create, name="task-template-create"),
    path(TASK, task_templates.detail, name="task-template-detail"),
    path(f"{TASK}edit/", task_templates.edit, name="task-template-edit"),
    path(f"{TASK}versions/<int:number>/", task_templates.detail, name="task-template-version-detail"),
    path(f"{TASK}comparison/", task_templates.compare, name="task-template-comparison"),
    path(f"{TASK}upgrade/", task_templates.upgrade, name="task-template-upgrade"),
    path(
        f"{TASK}versions/<int:number>/restorations/",
        task_template_acts.restore,
        name="task-template-restoration-create",
    ),
    path(f"{TASK}duplicates/", task_template_acts.duplicate, name="task-template-duplicate-create"),
    path(f"{TASK}visibility/", task_template_acts.show, name="task-template-visibility-update"),
    path(f"{TASK}archives/", task_template_acts.archive, name="task-template-archive-create"),
    path(f"{TASK}restored-archives/", task_template_acts.unarchive, name="task-template-archive-delete"),
    path(f"{TASK}deletions/", task_template_acts.delete, name="task-template-deletion-create"),
]
