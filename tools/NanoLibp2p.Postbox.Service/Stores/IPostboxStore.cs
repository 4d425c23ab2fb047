using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// Where a gateway keeps mailboxes and items (SPEC.md 15): heads and bodies, and no policy. It looks at no clock and removes nothing by
/// itself but what a slot replaced twice.
/// </summary>
/// <remarks>
/// <para>All methods may be called from any thread at any time between <see cref="OpenAsync"/> and
/// <see cref="IAsyncDisposable.DisposeAsync"/>. When one returns, what it did is as durable as <see cref="Durability"/> says. Many small
/// calls at a time cost about as much as one large one: a store that syncs writes what waits together.</para>
/// <para><b>The observer</b> given to <see cref="OpenAsync"/> hears everything that changes, this process's own and others', one call at a
/// time, in the order of commit; it is the one place that an index has to listen to. An operation returns after its change was told. It
/// must be quick, must not call the store, and must not throw. <c>Watch</c> of SPEC.md 15 is this observer: begun with the opening, so that
/// nothing falls between.</para>
/// <para><b>Faults.</b> An append says <see cref="AppendOutcome.Failed"/> for each entry concerned, since a batch may fail in part. All
/// others throw <see cref="PostboxStoreException"/>. A caller that cancels no longer waits: what was begun may still be done, and
/// the observer then hears of it. After the store was closed: <see cref="ObjectDisposedException"/>, or an append that failed.</para>
/// </remarks>
public interface IPostboxStore : IAsyncDisposable
{
    /// <summary>How the operator names it: <c>memory:</c>, <c>sqlite:PATH</c>, <c>nats://HOST:PORT</c>; without secrets.</summary>
    string Address { get; }

    /// <summary>The most bytes of an item, at least 65,536 and at most 1,048,576.</summary>
    int MaxItem { get; }

    /// <summary>Whether several processes may have it open at a time.</summary>
    bool IsShared { get; }

    /// <summary>What an entry survives when an operation has returned.</summary>
    StoreDurability Durability { get; }

    /// <summary>
    /// Checks the store, makes it if there is none, and tells every mailbox (<see cref="PostboxChangeKind.MailboxSaved"/>), then every
    /// head in order of arrival (<see cref="PostboxChangeKind.Appended"/>, whatever its state); from then on each change. Once.
    /// </summary>
    /// <param name="observer">Hears everything; see above.</param>
    /// <param name="cancellationToken">Ends the opening; the store is then closed.</param>
    /// <returns>What was found. A damaged store opens for reading, and says so here.</returns>
    /// <exception cref="PostboxStoreException">It can't be opened at all: <see cref="StoreFault.InUse"/>,
    /// <see cref="StoreFault.Unusable"/>, <see cref="StoreFault.Unavailable"/>.</exception>
    /// <exception cref="InvalidOperationException">It is open.</exception>
    Task<PostboxOpening> OpenAsync(Action<PostboxChange> observer, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps entries, in this order. Each is kept whole or not at all; several are not one unit. An id that the mailbox knows is not
    /// kept again, in whatever state. An entry with a slot in which one waits takes its place in one step; the former keeps its head, and
    /// the head that the slot kept before is forgotten.
    /// </summary>
    /// <param name="entries">Any number; a store may split them into transactions.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What became of each, in the same order.</returns>
    /// <exception cref="ArgumentException">An entry that waits has no body, or one that is settled has one.</exception>
    Task<PostboxAppend[]> AppendAsync(IReadOnlyList<PostboxDeposit> entries, CancellationToken cancellationToken = default);

    /// <summary>Reads a part of a body. What it returns was kept: a body that does not hash to its id is never served.</summary>
    /// <param name="head">A head of the item.</param>
    /// <param name="offset">The first byte, from 0.</param>
    /// <param name="destination">Where it goes; its length is how much is wanted.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many bytes were read: less than wanted only where the item ends, 0 at or past its end; -1 when the item does not wait
    /// any more.</returns>
    /// <exception cref="PostboxStoreException"><see cref="StoreFault.DamagedItem"/>, <see cref="StoreFault.Unavailable"/>.</exception>
    ValueTask<int> ReadAsync(PostboxHead head, int offset, Memory<byte> destination, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the waiting of items: the head stays with its fate, the body is gone. Each is settled once, by whoever is first. One with a
    /// slot that becomes <see cref="PostboxState.Replaced"/> (a cancel) takes the place of the replaced head that the slot kept.
    /// </summary>
    /// <param name="settlements">Any number, of any mailboxes; each is done or not, several are not one unit.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What became of each, in the same order.</returns>
    /// <exception cref="PostboxStoreException">The store failed; some may be settled, which the observer heard.</exception>
    /// <exception cref="ArgumentException">A state is waiting or unknown.</exception>
    Task<PostboxSettled[]> SettleAsync(IReadOnlyList<PostboxSettlement> settlements, CancellationToken cancellationToken = default);

    /// <summary>Removes heads, and the bodies of those that wait. Their ids are new again. What is gone already is passed over.</summary>
    /// <param name="heads">Any number.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many were there.</returns>
    /// <exception cref="PostboxStoreException">The store failed; some may be gone, which the observer heard.</exception>
    Task<int> ForgetAsync(IReadOnlyList<PostboxHead> heads, CancellationToken cancellationToken = default);

    /// <summary>Saves a mailbox, new or changed, if its number is larger than that of the one that is there.</summary>
    /// <param name="mailbox">The mailbox; must not change afterwards.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Done; or stale, with what is there.</returns>
    /// <exception cref="PostboxStoreException">The store failed.</exception>
    /// <exception cref="ArgumentException">Settings or record are longer than <see cref="PostboxMailbox.MaxBytes"/>.</exception>
    Task<PostboxSave> SaveMailboxAsync(PostboxMailbox mailbox, CancellationToken cancellationToken = default);

    /// <summary>Drops a mailbox with all its items, if nobody saved it since.</summary>
    /// <param name="box">Which.</param>
    /// <param name="number">The number of the mailbox that the caller has seen; a larger one that is there is not dropped.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Done; stale, with what is there; or none.</returns>
    /// <exception cref="PostboxStoreException">The store failed.</exception>
    Task<PostboxSave> DropMailboxAsync(BoxId box, long number, CancellationToken cancellationToken = default);

    /// <summary>Tells room and health; cheap enough to be asked each second. It never throws for a fault of the store: that is its
    /// answer.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How it is.</returns>
    ValueTask<PostboxRoom> FreeAsync(CancellationToken cancellationToken = default);
}
