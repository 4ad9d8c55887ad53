"""The words for every refusal: what happened, and what to do next, in the language of the request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain import accounts, activation, errors, items, letters, registrations, roles
from quiz_app.services.staff_lists import StaffListChanged
from quiz_app.web.entry_refusal_words import TITLES as ENTRY_TITLES
from quiz_app.web.entry_refusal_words import explain_entry_refusal
from quiz_app.web.judging_refusal_words import TITLES as JUDGING_TITLES
from quiz_app.web.judging_refusal_words import explain_judging_refusal
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_formats import format_clock
from quiz_app.web.value_words import describe_instant, describe_second


def title_refusal(refusal: errors.Refusal) -> str:
    """What happened, in a few words: the heading of the page that says no."""
    titles: dict[type[errors.Refusal], Callable[[], str]] = {
        errors.NotFound: lambda: gettext("Page not found"),
        errors.NotAllowed: lambda: gettext("This page is not open to your account"),
        errors.SignInRequired: lambda: gettext("Please sign in"),
        errors.InvalidInput: lambda: gettext("The data sent cannot be used"),
        errors.StorageUnavailable: lambda: gettext("The system cannot save at the moment"),
        errors.RoundNotOpen: lambda: gettext("The round has not opened yet"),
        errors.RoundClosed: lambda: gettext("The round is locked"),
        errors.PersonExcluded: lambda: gettext("Not among those who may take part"),
        errors.AttemptLimitReached: lambda: gettext("No attempt is left"),
        errors.PauseNotOver: lambda: gettext("It is not yet time for the next attempt"),
        errors.PaperNotAvailable: lambda: gettext("The paper cannot be drawn yet"),
        errors.AttemptClosed: lambda: gettext("This attempt has ended"),
        errors.UnknownChoice: lambda: gettext("The choice does not fit the paper"),
        errors.WrongCredentials: lambda: gettext("Wrong account or password"),
        errors.TooManyFailures: lambda: gettext("Too many failed sign-ins"),
        errors.PasswordTooWeak: lambda: gettext("The new password cannot be used"),
        errors.AgencySignInFailed: lambda: gettext("The sign-in elsewhere was not completed"),
        errors.AgencyAccountUnknown: lambda: gettext("There is no account for this sign-in"),
        errors.UnitClosed: lambda: gettext("The unit is closed"),
        errors.UnitCycle: lambda: gettext("A unit cannot stand under itself"),
        errors.UnitNotEmpty: lambda: gettext("The unit cannot be closed yet"),
        errors.UnitCodeTaken: lambda: gettext("The code of the unit is taken"),
        errors.KeyChanged: lambda: gettext("The key has changed since the preview"),
        errors.FinalResultsConcerned: lambda: gettext("An administrator has to do this"),
        errors.UnitsChanged: lambda: gettext("The units have changed since the preview"),
    }
    titles |= {
        accounts.NobodyWithoutPassword: lambda: gettext("Everyone has a password already"),
        accounts.TooManySlips: lambda: gettext("Too many slips at once"),
        activation.WrongActivationCode: lambda: gettext("Wrong account or one-time code"),
        activation.ActivationCodeTyped: lambda: gettext("Choose a password first"),
        registrations.RegistrationClosed: lambda: gettext("No contest takes requests"),
        registrations.AlreadyRegistered: lambda: gettext("This telephone number is known already"),
        registrations.TooManyRegistrations: lambda: gettext("Too many requests"),
        registrations.AlreadyDecided: lambda: gettext("The request was decided already"),
        StaffListChanged: lambda: gettext("The list is no longer waiting"),
        letters.BatchEnded: lambda: gettext("These letters are no draft any more"),
        letters.LetterDecided: lambda: gettext("The letter has changed meanwhile"),
        letters.MailNotSet: lambda: gettext("No mail server is set"),
        letters.NobodyToWriteTo: lambda: gettext("There is nobody to write to"),
        letters.OwnAddressMissing: lambda: gettext("Your account has no e-mail address"),
        roles.LastAdministratorStays: lambda: gettext("The last administrator keeps the role"),
        roles.RoleAlreadyGranted: lambda: gettext("The person has this role already"),
        roles.UnknownAccount: lambda: gettext("There is no such account"),
        roles.UnitNeeded: lambda: gettext("The unit is missing"),
        roles.LoginTaken: lambda: gettext("The account name is taken"),
        items.ItemStepRefused: lambda: gettext("This step is not possible"),
        items.SecondPersonNeeded: lambda: gettext("A second person has to review it"),
        items.ItemChanged: lambda: gettext("The question has changed meanwhile"),
        items.ItemCodeTaken: lambda: gettext("The code is taken"),
        items.BankCodeTaken: lambda: gettext("The code is taken"),
        items.PapersWouldLackItems: lambda: gettext("An open round needs this question"),
        items.ItemImportEnded: lambda: gettext("The import is no longer waiting"),
        items.ItemImportNotReady: lambda: gettext("Some questions still have errors"),
        items.RoundAlreadyOpen: lambda: gettext("The round has opened already"),
        items.RoundChanged: lambda: gettext("The round has changed meanwhile"),
    }
    find_title = (titles | ENTRY_TITLES | JUDGING_TITLES).get(type(refusal))
    return find_title() if find_title else gettext("This cannot be done")


def explain_refusal(refusal: errors.Refusal, zone: tzinfo) -> str:
    """What happened and what to do next, in plain words of the request's language; also the message of JSON answers."""
    match refusal:
        case errors.InvalidInput() | errors.PasswordTooWeak():
            return gettext(refusal.reason)
        case errors.AttemptClosed() if refusal.kept_count:
            return ngettext(
                "The attempt had ended: %(num)d answer came after the end. It is not counted; it is kept on record. "
                "What was saved in time counts.",
                "The attempt had ended: %(num)d answers came after the end. They are not counted; they are kept on "
                "record. What was saved in time counts.",
                refusal.kept_count,
            )
        case errors.RoundNotOpen():
            return gettext(
                "The round opens at %(moment)s. Please come back then.",
                moment=describe_instant(refusal.opens_at, zone),
            )
        case errors.RoundClosed():
            return gettext(
                "The round was locked at %(moment)s; attempts can no longer be started.",
                moment=describe_instant(refusal.closes_at, zone),
            )
        case errors.AttemptLimitReached():
            return _describe_limit(refusal, zone)
        case errors.PauseNotOver():
            return gettext(
                "The next attempt is possible from %(moment)s.",
                moment=describe_second(refusal.next_at, zone),
            )
        case errors.UnitClosed():
            return gettext("“%(name)s” is closed: it takes neither people nor sub-units.", name=refusal.name)
        case errors.FinalResultsConcerned():
            return gettext(
                "The results of %(rounds)s are final. Ask an administrator to put the key right; nothing was changed.",
                rounds=", ".join(f"“{title}”" for title in refusal.titles),
            )
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
        case items.ItemStepRefused():
            return gettext(
                "Question %(code)s is not in a state from which this step leads on; nothing was changed.",
                code=refusal.item_code,
            )
        case items.SecondPersonNeeded():
            return gettext(
                "You wrote the newest version of question %(code)s: somebody else has to review it. Nothing was "
                "changed.",
                code=refusal.item_code,
            )
        case items.ItemChanged():
            return gettext(
                "Somebody else has stored another version of question %(code)s. Open it again, and put in what you "
                "wrote.",
                code=refusal.item_code,
            )
        case items.ItemCodeTaken():
            return gettext(
                "Another question of this bank has the code “%(code)s”. Choose another, or leave the field empty.",
                code=refusal.item_code,
            )
        case items.BankCodeTaken():
            return gettext(
                "Another bank has the code “%(code)s”. Choose another, or leave the field empty. Nothing was stored.",
                code=refusal.bank_code,
            )
        case items.PapersWouldLackItems():
            return gettext(
                "The round “%(title)s” is open, and without this question its papers could no longer be drawn. Put "
                "another one of the same topic and level into use first. Nothing was changed.",
                title=refusal.round_title,
            )
        case items.ItemImportNotReady():
            return ngettext(
                "%(num)d question has errors: mend it or leave it out. Nothing was stored.",
                "%(num)d questions have errors: mend them or leave them out. Nothing was stored.",
                refusal.count,
            )
        case errors.TooManyFailures():
            return gettext(
                "There were too many failed sign-ins. Please try again after %(moment)s.",
                moment=format_clock(refusal.next_at, zone),
            )
    entry_words = explain_entry_refusal(refusal, zone) or explain_judging_refusal(refusal, zone)
    if entry_words is not None:
        return entry_words
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else gettext("Nothing was changed. Go back to the home page and try again.")


def _describe_limit(refusal: errors.AttemptLimitReached, zone: tzinfo) -> str:
    if refusal.next_at is not None:
        return ngettext(
            "The %(num)d attempt of this week is used. The next one is possible from %(moment)s.",
            "All %(num)d attempts of this week are used. The next one is possible from %(moment)s.",
            refusal.limit,
            moment=describe_instant(refusal.next_at, zone),
        )
    return ngettext(
        "The %(num)d attempt that is allowed is used. The best result stays as it is.",
        "All %(num)d attempts that are allowed are used. The best result stays as it is.",
        refusal.limit,
    )


_PLAIN_WORDS: dict[type[errors.Refusal], Callable[[], str]] = {
    items.ItemImportEnded: lambda: gettext(
        "It was confirmed or discarded already, or a day has passed. Nothing was changed; upload the file again."
    ),
    items.RoundAlreadyOpen: lambda: gettext(
        "Once a round has opened, its blueprint is fixed, so that everybody sits papers of the same make."
    ),
    items.RoundChanged: lambda: gettext(
        "Somebody else has changed the round since you opened this page. Nothing was stored; look at it again."
    ),
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
    letters.BatchEnded: lambda: gettext(
        "They were sent or thrown away since the page was opened. Open the list of letters; nothing was changed now."
    ),
    letters.LetterDecided: lambda: gettext(
        "It was sent, cancelled or decided on since the page was opened. Look at it again; nothing was changed now."
    ),
    letters.MailNotSet: lambda: gettext(
        "Letters can be copied or printed. The operator of the system turns sending on with the settings SMTP_HOST and "
        "MAIL_FROM; nothing was sent now."
    ),
    letters.NobodyToWriteTo: lambda: gettext(
        "Nobody is left who needs this letter and has an e-mail address, or everyone has had it today. Nothing was "
        "sent."
    ),
    letters.OwnAddressMissing: lambda: gettext(
        "Enter your own e-mail address first, in the menu at your name; the trial letter goes there."
    ),
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
    errors.KeyChanged: lambda: gettext(
        "Somebody else has put the key of this question right in the meantime. Look at it, then make a new preview; "
        "nothing was changed now."
    ),
    errors.UnitsChanged: lambda: gettext(
        "Somebody changed the units in the meantime. Look at the preview again, then confirm; nothing was stored."
    ),
    errors.NotFound: lambda: gettext(
        "The address does not exist, or it does not belong to this account. Go back to the home page."
    ),
    errors.NotAllowed: lambda: gettext(
        "Your account does not have the right to see this page. If it should, please tell the organisers."
    ),
    errors.SignInRequired: lambda: gettext("Nobody is signed in, or the session has ended. Sign in to go on."),
    errors.StorageUnavailable: lambda: gettext(
        "The database does not answer at the moment. Wait a few seconds, then send again."
    ),
    errors.PersonExcluded: lambda: gettext(
        "By the rules of the contest the organising committee, the jury, the question board, the secretaries and the "
        "software staff do not take part. If this is a mistake, please tell the organisers."
    ),
    errors.PaperNotAvailable: lambda: gettext(
        "The item bank does not have enough questions for a paper. The organisers have been shown what is missing; "
        "please come back later."
    ),
    errors.AttemptClosed: lambda: gettext(
        "The attempt is finished or its time is over; answers are no longer taken. "
        "What was saved in time has been scored."
    ),
    errors.UnknownChoice: lambda: gettext(
        "The question or the choice is not on this paper. Open the attempt again and answer once more."
    ),
    errors.WrongCredentials: lambda: gettext(
        "Account or password is wrong. Check both and try again; your unit lead can have the password reset."
    ),
}
