namespace Kapok.Foundation.Pages;

/// <summary>Weight of a button.</summary>
public enum ButtonKind
{
    /// <summary>The one thing to do on the page.</summary>
    Primary,
    /// <summary>Another thing that can be done.</summary>
    Secondary,
    /// <summary>What destroys or refuses.</summary>
    Danger,
    /// <summary>Beside others, without a border.</summary>
    Quiet,
}

/// <summary>Colour of a tag; the word carries the meaning.</summary>
public enum Tone
{
    /// <summary>Plain.</summary>
    Neutral,
    /// <summary>Going on.</summary>
    Blue,
    /// <summary>Well.</summary>
    Green,
    /// <summary>Needs care.</summary>
    Yellow,
    /// <summary>Wrong or overdue.</summary>
    Red,
}

/// <summary>How a clock stands.</summary>
public enum LampState
{
    /// <summary>In time.</summary>
    Green,
    /// <summary>Nearly due.</summary>
    Yellow,
    /// <summary>Overdue.</summary>
    Red,
    /// <summary>Clock stopped.</summary>
    Paused,
    /// <summary>Finished.</summary>
    Done,
}

/// <summary>Weight of a callout or notice.</summary>
public enum CalloutKind
{
    /// <summary>Good to know.</summary>
    Info,
    /// <summary>Something to heed.</summary>
    Warning,
    /// <summary>Something failed.</summary>
    Error,
    /// <summary>It worked.</summary>
    Success,
}

/// <summary>How far a section of work is.</summary>
public enum TaskState
{
    /// <summary>Not begun.</summary>
    NotStarted,
    /// <summary>Begun.</summary>
    InProgress,
    /// <summary>Finished.</summary>
    Done,
    /// <summary>Something before it is missing.</summary>
    CannotStart,
    /// <summary>Something in it must be changed.</summary>
    Problem,
}

/// <summary>Where an entry of a timeline stands.</summary>
public enum TimelineState
{
    /// <summary>Has happened.</summary>
    Past,
    /// <summary>Is happening.</summary>
    Now,
    /// <summary>Will happen.</summary>
    Next,
    /// <summary>Stopped the course.</summary>
    Stopped,
}
