"""The words for refusals about people: sign-in, accounts, roles, units, lists of staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain import accounts, activation, errors, registrations, roles
from quiz_app.services.staff_lists import StaffListChanged
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_clock

TITLES: dict[type[errors.Refusal], Callable[[], str]] = {
    errors.WrongCredentials: lambda: gettext("Wrong account or password"),
    errors.TooManyFailures: lambda: gettext("Too many failed sign-ins"),
    errors.PasswordTooWeak: lambda: gettext("The new password cannot be used"),
    errors.AgencySignInFailed: lambda: gettext("The sign-in elsewhere was not completed"),
    errors.AgencyAccountUnknown: lambda: gettext("There is no account for this sign-in"),
    errors.UnitClosed: lambda: gettext("The unit is closed"),
    errors.UnitCycle: lambda: gettext("A unit cannot stand under itself"),
    errors.UnitNotEmpty: lambda: gettext("The unit cannot be closed yet"),
    errors.UnitCodeTaken: lambda: gettext("The code of the unit is taken"),
    errors.UnitsChanged: lambda: gettext("The units have changed since the preview"),
    accounts.NobodyWithoutPassword: lambda: gettext("Everyone has a password already"),
    accounts.TooManySlips: lambda: gettext("Too many slips at once"),
    activation.WrongActivationCode: lambda: gettext("Wrong account or one-time code"),
    activation.ActivationCodeTyped: lambda: gettext("Choose a password first"),
    registrations.RegistrationClosed: lambda: gettext("No contest takes requests"),
    registrations.AlreadyRegistered: lambda: gettext("This telephone number is known already"),
    registrations.TooManyRegistrations: lambda: gettext("Too many requests"),
    registrations.AlreadyDecided: lambda: gettext("The request was decided already"),
    StaffListChanged: lambda: gettext("The list is no longer waiting"),
    roles.LastAdministratorStays: lambda: gettext("The last administrator keeps the role"),
    roles.RoleAlreadyGranted: lambda: gettext("The person has this role already"),
    roles.UnknownAccount: lambda: gettext("There is no such account"),
    roles.UnitNeeded: lambda: gettext("The unit is missing"),
    roles.LoginTaken: lambda: gettext("The account name is taken"),
}


def explain_people_refusal(refusal: errors.Refusal, zone: tzinfo) -> str | None:
    """What happened and what to do next; None for a refusal of another part."""
    match refusal:
        case errors.UnitClosed():
            return gettext("“%(name)s” is closed: it takes neither people nor sub-units.", name=refusal.name)
        case errors.UnitCycle():
            return gettext(
                "“%(name)s” cannot be put under “%(other)s”, which is the same unit or stands below it.",
                name=refusal.name,
                other=refusal.other,
            )
        case errors.UnitNotEmpty():
            return gettext(
                "%(people)s people and %(units)s sub-units are still in it. Move them first, or merge the unit with "
                "another.",
                people=refusal.people_count,
                units=refusal.sub_unit_count,
            )
        case errors.UnitCodeTaken():
            return gettext("Another unit has the code “%(code)s”. Choose another.", code=refusal.unit_code)
        case accounts.TooManySlips():
            return gettext(
                "More than %(count)s people of the unit have no password. Make the slips for its sub-units, one after "
                "the other; nothing was changed.",
                count=refusal.limit,
            )
        case roles.RoleAlreadyGranted():
            return gettext("“%(name)s” has this role already; nothing was changed.", name=refusal.name)
        case roles.UnknownAccount():
            return gettext(
                "No open account is called “%(login)s”. Check the spelling as it stands in the list of people; nothing "
                "was changed.",
                login=refusal.login,
            )
        case roles.LoginTaken():
            return gettext("Another account is called “%(login)s”. Choose another name.", login=refusal.login)
        case errors.TooManyFailures():
            return gettext(
                "There were too many failed sign-ins. Please try again after %(moment)s.",
                moment=format_clock(refusal.next_at, zone),
            )
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else None


_PLAIN_WORDS: dict[type[errors.Refusal], Callable[[], str]] = {
    accounts.NobodyWithoutPassword: lambda: gettext(
        "Nobody of the unit is without a password, so there is no slip to make. For a forgotten password, open the "
        "person's page."
    ),
    activation.WrongActivationCode: lambda: gettext(
        "Account or code is wrong, or the code was used, replaced or has run out. Compare both with the newest slip."
    ),
    activation.ActivationCodeTyped: lambda: gettext(
        "This is a one-time code: open the sign-in page, type it there and choose a password."
    ),
    errors.AgencySignInFailed: lambda: gettext(
        "The system of your agency did not confirm the sign-in, or it took too long. Try again, or sign in with "
        "account and password."
    ),
    errors.AgencyAccountUnknown: lambda: gettext(
        "The system of your agency knows you, but no open account of the contest goes by that name. Ask your unit "
        "lead, or the organising committee."
    ),
    registrations.RegistrationClosed: lambda: gettext(
        "People get their accounts from their unit at the moment. Ask your unit lead, or the organising committee."
    ),
    registrations.AlreadyRegistered: lambda: gettext(
        "Somebody with this telephone number has an account or has asked to join. Sign in, look at the request, or ask "
        "your unit lead; nothing was stored."
    ),
    registrations.TooManyRegistrations: lambda: gettext(
        "Too many requests came from this network. Wait a quarter of an hour, then try again."
    ),
    registrations.AlreadyDecided: lambda: gettext("Somebody else has decided on it. Open the list again."),
    StaffListChanged: lambda: gettext(
        "It was imported, discarded or changed since the page was opened, or it has errors. Open it again; nothing was "
        "changed now."
    ),
    roles.LastAdministratorStays: lambda: gettext(
        "Without an administrator nobody could grant a role any more. Make somebody else administrator first; nothing "
        "was changed."
    ),
    roles.UnitNeeded: lambda: gettext(
        "The role “unit lead” needs the code of an open unit; the other roles have none. Nothing was changed."
    ),
    errors.UnitsChanged: lambda: gettext(
        "Somebody changed the units in the meantime. Look at the preview again, then confirm; nothing was stored."
    ),
    errors.WrongCredentials: lambda: gettext(
        "Account or password is wrong. Check both and try again; your unit lead can have the password reset."
    ),
}
