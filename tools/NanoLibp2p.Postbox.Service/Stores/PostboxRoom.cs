namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>A store's room and health.</summary>
/// <param name="Health">What it can do just now.</param>
/// <param name="FreeBytes">About how many bytes of items it still takes; <see cref="long.MaxValue"/> where nothing bounds it.</param>
/// <param name="UsedBytes">About how many bytes its files or its memory take.</param>
/// <param name="Problem">What is wrong and what to do, for the operator; null when it is ready.</param>
public sealed record PostboxRoom(StoreHealth Health, long FreeBytes, long UsedBytes, string? Problem = null);
