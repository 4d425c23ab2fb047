using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// What an operator does with a store that no gateway has open: <c>store check | repair | compact</c> (SPEC.md 18). Beside
/// <see cref="IPostboxStore"/>, on the same object, before it is opened. A store whose server looks after itself has none. Copying is
/// <see cref="PostboxCopy"/>, for any two stores.
/// </summary>
public interface IPostboxStoreUpkeep
{
    /// <summary>Reads everything, and hashes each body. Changes nothing.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is there and what is wrong.</returns>
    /// <exception cref="PostboxStoreException">There is no such store, or a gateway has it open.</exception>
    Task<PostboxReport> CheckAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes what is whole into a new store and puts it in the place of the damaged one, which is kept beside it. Every entry
    /// is kept whose id is the hash of its body, and every settled head that can be read.</summary>
    /// <param name="cancellationToken">Ends it; then nothing is changed.</param>
    /// <returns>What was kept, and what was dropped and why.</returns>
    /// <exception cref="PostboxStoreException">There is no such store, a gateway has it open, or there is no room for the new
    /// one.</exception>
    Task<PostboxReport> RepairAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives back the room of what is gone, and with it the last traces of it in the files.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Bytes before and after.</returns>
    /// <exception cref="PostboxStoreException">There is no such store, a gateway has it open, or it is damaged.</exception>
    Task<(long Before, long After)> CompactAsync(CancellationToken cancellationToken = default);
}
