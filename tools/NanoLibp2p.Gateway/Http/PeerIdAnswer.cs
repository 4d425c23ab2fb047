namespace NanoLibp2p.Gateway.Http;

/// <summary>What comes of a header of peer id authentication.</summary>
/// <param name="Session">Who has proved who it is and may log in; null for nobody.</param>
/// <param name="Status">The HTTP status of a refusal; 200 with a session.</param>
/// <param name="Why">The reason of a refusal, a sentence.</param>
/// <param name="Info">The value of Authentication-Info; null for none.</param>
internal sealed record PeerIdAnswer(PeerIdSession? Session, int Status, string? Why, string? Info);
