"""Writing an item: a form for every kind, and the item as participants will see it before it is saved."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.item_rules import ItemProblem
from question_bank.items import Item, ItemKind
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.domain.permissions import may_organise
from quiz_app.services.item_bank.details import get_item_page
from quiz_app.services.item_bank.draft_reading import to_item
from quiz_app.services.item_bank.drafts import ItemDraft, make_next_draft
from quiz_app.services.item_bank.listing import BankHead, view_head
from quiz_app.services.item_bank.writing import add_item, change_item
from quiz_app.web import bank_words
from quiz_app.web.directory_query import read_id
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.organiser.bank_form import FORM_SIZE, SPARE_ROWS, add_picture, make_form_values, read_draft
from quiz_app.web.translate import gettext
from quiz_app.web.uploads import accept_upload

Answer = Response | tuple[str, int] | str
for _endpoint in ("organiser.new_item", "organiser.edit_item"):
    accept_upload(_endpoint, largest=FORM_SIZE, may_send=may_organise)


@bp.route("/banks/<int:bank_id>/items/new", methods=["GET", "POST"])
def new_item(bank_id: int) -> Answer:
    """Write a new item; first its kind is chosen."""
    bank = view_head(organiser=get_current_person(), bank_id=bank_id)
    asked = request.values.get("kind", "")
    if asked not in set(ItemKind):
        if request.method == "POST":
            raise InvalidInput("Choose one of the list.")
        return render_template("organiser/bank_kinds.html", bank=bank, kinds=list(ItemKind), words=bank_words)
    kind = ItemKind(asked)
    draft = ItemDraft(kind=kind, topic=request.args.get("topic", ""))

    def save(item: Item) -> str:
        item_id = add_item(organiser=get_current_person(), bank_id=bank_id, item=item, now=get_now())
        flash(gettext("The item was stored as a draft. Somebody else has to review it before it is used."))
        return url_for("organiser.show_item", item_id=item_id)

    return _answer(bank, draft, save, item_id=None, number=0, state=None)


@bp.route("/banks/items/<int:item_id>/edit", methods=["GET", "POST"])
def edit_item(item_id: int) -> Answer:
    """Change an item: what is saved is its next version."""
    page = get_item_page(organiser=get_current_person(), item_id=item_id)
    number = read_id(request.form.get("number", "")) or page.current.number

    def save(item: Item) -> str:
        is_changed = change_item(
            organiser=get_current_person(), item_id=item_id, number=number, item=item, now=get_now()
        )
        if is_changed:
            flash(gettext("The new version was stored as a draft. Somebody else has to review it before it is used."))
        else:
            flash(gettext("Nothing differs from the version before; nothing was stored."))
        return url_for("organiser.show_item", item_id=item_id)

    draft = make_next_draft(page.current.item)
    return _answer(
        page.bank,
        draft,
        save,
        item_id=item_id,
        number=number,
        state=page.current.state,
        is_key_open=page.current.written_key is not None and to_item(draft)[0].key != page.current.item.key,
    )


def _answer(
    bank: BankHead,
    draft: ItemDraft,
    save: Callable[[Item], str],
    *,
    item_id: int | None,
    number: int,
    state: str | None,
    is_key_open: bool = False,
) -> Answer:
    """The form as it was sent, with what is wrong in it and with its preview; or, saved, the page of the item."""
    then, status = request.form.get("then", ""), 200
    refusal: Refusal | None = None
    item: Item | None = None
    problems: tuple[ItemProblem, ...] = ()
    if request.method == "POST":
        draft = read_draft(request.form, draft.kind)
        draft, wrong_pictures = add_picture(draft)
        read, problems = to_item(draft)
        problems = (*wrong_pictures, *problems)
        if then in ("rows", "picture"):
            problems = wrong_pictures
        elif problems:
            status = 422
        elif then == "preview":
            item = read
        else:
            try:
                return redirect(save(read), code=303)
            except Refusal as caught:
                if caught.status not in (409, 422):
                    raise
                refusal, status = caught, caught.status
    values = make_form_values(
        draft,
        problems,
        item=item,
        topic_name=bank.name_topic(draft.topic),
        spare=SPARE_ROWS if then != "rows" else SPARE_ROWS + 2,
    )
    page = render_template(
        "organiser/bank_item_form.html",
        bank=bank,
        topics=[(topic.code, topic.name) for topic in bank.topics],
        item_id=item_id,
        number=number,
        state=state,
        is_key_open=is_key_open,
        refusal=refusal,
        **values,
    )
    return page, status
